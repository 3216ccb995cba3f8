//! The API's description is gathered from the types of the handlers: what they take says what has to be
//! sent, what they give says what comes back. Nothing is written down twice.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, Responder, web};
use actors::model::user::Role;
use utoipa::ToSchema;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Required, Schema};

/// What a caller must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anybody may ask; the handler decides by what is in the request (password, signature, one-time token).
    Nothing,
    /// A permission, and the lowest role that has it.
    Permission(&'static str, Role),
}

/// One operation while it is gathered.
#[derive(Default)]
pub struct Sketch {
    /// The names in braces of the path.
    pub path_names: Vec<String>,
    pub parameters: Vec<Parameter>,
    pub body: Option<RequestBody>,
    /// The answer when all goes well.
    pub answer: Option<Outcome>,
    /// What the answer means, where its status does not say it.
    pub about: Option<&'static str>,
    /// The named shapes that the others refer to.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

/// An answer: its status, and the media type and shape of its body.
pub struct Outcome {
    pub status: StatusCode,
    pub body: Option<(&'static str, RefOr<Schema>)>,
}

impl Sketch {
    /// Notes what comes back when all goes well.
    pub fn set_answer(&mut self, status: StatusCode, body: Option<(&'static str, RefOr<Schema>)>) {
        self.answer = Some(Outcome { status, body });
    }

    /// Notes that a file of text comes back when all goes well.
    pub fn set_text_answer(&mut self, media_type: &'static str) {
        let text = ObjectBuilder::new().schema_type(Type::String).into();
        self.set_answer(StatusCode::OK, Some((media_type, text)));
    }

    /// Notes the shape of `T` and gives a reference to it.
    pub fn refer<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name().into_owned();
        self.schemas.push((name.clone(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(name).into()
    }

    /// Notes what the request's body has to be.
    pub fn set_body(&mut self, media_type: &str, schema: RefOr<Schema>) {
        self.body = Some(
            RequestBodyBuilder::new()
                .content(
                    media_type,
                    ContentBuilder::new().schema(Some(schema)).build(),
                )
                .required(Some(Required::True))
                .build(),
        );
    }

    /// Says when all goes well in words, in which a shape can not.
    pub fn set_words(&mut self, status: StatusCode, about: &'static str) {
        self.set_answer(status, None);
        self.about = Some(about);
    }

    /// Notes a header that may be sent.
    pub fn add_header(&mut self, name: &str, about: &str) {
        self.parameters.push(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some(about))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build(),
        );
    }
}

/// The schema of bytes.
pub fn bytes_schema() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .into()
}

/// Something that a handler takes out of the request.
pub trait Input: FromRequest {
    /// Adds what it wants to the operation.
    fn describe(sketch: &mut Sketch);
}

/// What stands first in a handler's signature: who may call it.
pub trait Guard: FromRequest {
    const NEEDS: Needs;
}

/// All that a handler takes; the first is its [`Guard`].
pub trait Inputs: Sized + 'static {
    const NEEDS: Needs;

    /// Adds all inputs to the operation.
    fn describe(sketch: &mut Sketch);

    /// Takes them one after the other: who may not enter learns nothing about the rest.
    fn take(
        request: &HttpRequest,
        payload: &mut Payload,
    ) -> impl Future<Output = Result<Self, Error>>;
}

macro_rules! inputs {
    ($($input:ident)*) => {
        impl<G: Guard + 'static, $($input: Input + 'static),*> Inputs for (G, $($input,)*) {
            const NEEDS: Needs = G::NEEDS;

            fn describe(_sketch: &mut Sketch) {
                $($input::describe(_sketch);)*
            }

            async fn take(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Error> {
                let guard = G::from_request(request, payload).await.map_err(Into::into)?;
                Ok((guard, $($input::from_request(request, payload).await.map_err(Into::into)?,)*))
            }
        }
    };
}

inputs!();
inputs!(A);
inputs!(A B);
inputs!(A B C);
inputs!(A B C D);
inputs!(A B C D E);

/// What a handler gives when all goes well.
pub trait Answer: Responder + 'static {
    /// Adds status and body to the operation.
    fn describe(sketch: &mut Sketch);
}

impl Answer for HttpResponse {
    fn describe(sketch: &mut Sketch) {
        sketch.set_answer(StatusCode::OK, None);
    }
}

impl Input for HttpRequest {
    fn describe(_: &mut Sketch) {}
}

impl Input for web::Payload {
    fn describe(sketch: &mut Sketch) {
        sketch.set_body("application/octet-stream", bytes_schema());
    }
}
