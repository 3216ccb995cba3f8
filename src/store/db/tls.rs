//! TLS to PostgreSQL, as its address asks for it. `sslmode=require` checks whose certificate it is, by the authorities that
//! everybody trusts and those that this machine trusts besides: managed databases have authorities of their own. `prefer`,
//! the default, would do without TLS as well, so it takes any certificate, as other clients do: a server that was just
//! installed has one that nobody signed.

use std::sync::{Arc, LazyLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, WantsClientCert};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ConfigBuilder, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, WantsVerifier,
};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What speaks TLS for an address that wants it so much.
pub fn of(mode: SslMode) -> MakeRustlsConnect {
    static CHECKED: LazyLock<MakeRustlsConnect> = LazyLock::new(|| connector(checked));
    static UNCHECKED: LazyLock<MakeRustlsConnect> = LazyLock::new(|| connector(unchecked));
    match mode {
        SslMode::Disable | SslMode::Prefer => UNCHECKED.clone(),
        // Whatever asks for more is checked.
        _ => CHECKED.clone(),
    }
}

type Begun = ConfigBuilder<ClientConfig, WantsVerifier>;
type Verified = ConfigBuilder<ClientConfig, WantsClientCert>;

fn connector(verifier: fn(Begun, Arc<CryptoProvider>) -> Verified) -> MakeRustlsConnect {
    let provider = Arc::new(ring::default_provider());
    let begun = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        // The provider has both versions.
        .unwrap_or_else(|_| ClientConfig::builder());
    MakeRustlsConnect::new(verifier(begun, provider).with_no_client_auth())
}

/// By what everybody trusts and what this machine does (`SSL_CERT_FILE` and `SSL_CERT_DIR` say where that stands); what can't
/// be read is not trusted.
fn checked(begun: Begun, _: Arc<CryptoProvider>) -> Verified {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let of_machine = rustls_native_certs::load_native_certs();
    for error in &of_machine.errors {
        tracing::warn!(%error, "certificates that this machine trusts can't be read");
    }
    roots.add_parsable_certificates(of_machine.certs);
    begun.with_root_certificates(roots)
}

fn unchecked(begun: Begun, provider: Arc<CryptoProvider>) -> Verified {
    let anybody = Arc::new(Anybody(provider));
    begun.dangerous().with_custom_certificate_verifier(anybody)
}

/// Takes any certificate whose key the server has.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
