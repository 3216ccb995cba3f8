//! Who gets a socket, for how long, and what a client may do with it (SECURITY rows 11, 12, 13, 39).

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message as Frame};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{conversation, post_sealed, text, webhook};
use crate::support::database::Engine;
use crate::support::whole::{NUMBER, Whole};

type Wire = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PATIENCE: Duration = Duration::from_secs(60);
const BIG: usize = 16 * 1024;

async fn open(whole: &Whole) -> Wire {
    let url = format!("ws://{}/api/v1/socket", whole.address());
    connect_async(url).await.unwrap().0
}

async fn say(wire: &mut Wire, frame: &Value) {
    wire.send(Frame::text(frame.to_string())).await.unwrap();
}

/// The next frame of that type.
async fn hear(wire: &mut Wire, kind: &str) -> Value {
    let next = async {
        loop {
            if let Frame::Text(text) = wire.next().await.unwrap().unwrap() {
                let frame: Value = serde_json::from_str(&text).unwrap();
                if frame["type"] == kind {
                    return frame;
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, next).await.unwrap()
}

/// With which code the hub closes.
async fn closed_with(wire: &mut Wire) -> u16 {
    let end = async {
        loop {
            match wire.next().await {
                Some(Ok(Frame::Close(Some(reason)))) => return u16::from(reason.code),
                Some(Ok(_)) => {}
                other => panic!("the connection ended without a close frame: {other:?}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, end).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_foreign_origin_gets_no_socket() {
    let whole = Whole::start(Engine::Sqlite).await;
    let ask = async |origin: &str| {
        let url = format!("ws://{}/api/v1/socket", whole.address());
        let mut request = url.into_client_request().unwrap();
        request
            .headers_mut()
            .insert("origin", origin.parse().unwrap());
        match connect_async(request).await {
            Ok(_) => 101,
            Err(Error::Http(answer)) => answer.status().as_u16(),
            Err(error) => panic!("{error}"),
        }
    };
    for evil in [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
    ] {
        assert_eq!(ask(evil).await, 403, "{evil}");
    }
    assert_eq!(ask(&format!("http://{}", whole.address())).await, 101);
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_say_who_they_are_is_sent_away() {
    let whole = Whole::start(Engine::Sqlite).await;
    let started = Instant::now();
    let mut silent = open(&whole).await;

    let mut liar = open(&whole).await;
    say(&mut liar, &json!({"type": "auth", "token": "nonsense"})).await;
    assert_eq!(hear(&mut liar, "error").await["code"], "unauthorized");
    assert_eq!(closed_with(&mut liar).await, 4001);

    let mut eager = open(&whole).await;
    say(
        &mut eager,
        &json!({"type": "subscribe", "topics": ["firehose"]}),
    )
    .await;
    assert_eq!(hear(&mut eager, "error").await["code"], "unauthorized");

    assert_eq!(closed_with(&mut silent).await, 4000);
    assert!(started.elapsed() >= Duration::from_secs(9));
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_floods_or_cheats_is_sent_away() {
    let whole = Whole::start(Engine::Sqlite).await;
    let mut fast = open(&whole).await;
    // More than two seconds' worth, should one end meanwhile. The hub may have closed before the last.
    for _ in 0..160 {
        let _ = fast.send(Frame::text(r#"{"type":"ping"}"#)).await;
    }
    assert_eq!(closed_with(&mut fast).await, 1008);

    let mut binary = open(&whole).await;
    binary.send(Frame::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(closed_with(&mut binary).await, 1003);

    let mut vague = open(&whole).await;
    vague.send(Frame::text("{")).await.unwrap();
    assert_eq!(hear(&mut vague, "error").await["code"], "invalid_frame");
    say(&mut vague, &json!({"type": "ping"})).await;
    hear(&mut vague, "pong").await;
    whole.stop().await;
}

/// A socket without a library: the handshake is done, frames are the test's.
async fn raw(whole: &Whole) -> TcpStream {
    let plain = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    plain.set_recv_buffer_size(8 * 1024).unwrap();
    plain.connect(&whole.address().into()).unwrap();
    plain.set_nonblocking(true).unwrap();
    let mut stream = TcpStream::from_std(plain.into()).unwrap();
    let request = format!(
        "GET /api/v1/socket HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        whole.address()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"));
    stream
}

/// A masked text frame; the mask is zero, so that the bytes stay readable.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..=125 => frame.push(0x80 | u8::try_from(short).unwrap()),
        long => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(long).unwrap().to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// The code of the close frame that comes next.
async fn raw_close(stream: &mut TcpStream) -> u16 {
    let reading = async {
        assert_eq!(stream.read_u8().await.unwrap(), 0x88, "a close frame");
        assert!(stream.read_u8().await.unwrap() >= 2);
        stream.read_u16().await.unwrap()
    };
    tokio::time::timeout(PATIENCE, reading).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_too_large_is_refused_by_what_it_declares() {
    let whole = Whole::start(Engine::Sqlite).await;
    let mut greedy = raw(&whole).await;
    let mut header = vec![0x81, 0x80 | 127];
    header.extend((1_u64 << 30).to_be_bytes());
    header.extend([0; 4]);
    greedy.write_all(&header).await.unwrap();
    assert_eq!(raw_close(&mut greedy).await, 1009);

    let mut pieces = raw(&whole).await;
    pieces
        .write_all(&masked(0x01, b"{\"type\":"))
        .await
        .unwrap();
    assert_eq!(raw_close(&mut pieces).await, 1009);
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_is_not_the_organizations_is_refused() {
    let whole = Whole::start(Engine::Sqlite).await;
    let ours = format!(
        "conversation:{}",
        conversation(&whole, "491700000011").await
    );
    let mut wire = open(&whole).await;
    say(&mut wire, &json!({"type": "auth", "token": whole.token()})).await;
    hear(&mut wire, "ready").await;
    let topics = [
        &ours,
        "conversation:cnv_0000000000001",
        "conversation:x",
        "secrets",
    ];
    say(&mut wire, &json!({"type": "subscribe", "topics": topics})).await;
    let answer = hear(&mut wire, "subscribed").await;
    assert_eq!(answer["topics"], json!([ours]));
    assert_eq!(answer["refused"].as_array().unwrap().len(), 3, "{answer}");
    // A fresh token on the same socket moves nothing.
    say(&mut wire, &json!({"type": "auth", "token": whole.token()})).await;
    hear(&mut wire, "authenticated").await;
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_loses_their_sockets() {
    let whole = Whole::start(Engine::Sqlite).await;
    let mut wire = open(&whole).await;
    say(&mut wire, &json!({"type": "auth", "token": whole.token()})).await;
    hear(&mut wire, "ready").await;
    let leave = format!("http://{}/api/v1/auth/logout", whole.address());
    let leave = whole.http().post(leave).bearer_auth(whole.token());
    let left = leave.json(&json!({})).send().await.unwrap();
    assert_eq!(left.status().as_u16(), 204);
    assert_eq!(closed_with(&mut wire).await, 4001);
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_reads_nothing_is_cut_and_others_do_not_notice() {
    let whole = Whole::start(Engine::Sqlite).await;
    let mut stuck = raw(&whole).await;
    let auth = json!({"type": "auth", "token": whole.token()}).to_string();
    stuck
        .write_all(&masked(0x81, auth.as_bytes()))
        .await
        .unwrap();
    let watch = json!({"type": "subscribe", "topics": ["firehose"]}).to_string();
    stuck
        .write_all(&masked(0x81, watch.as_bytes()))
        .await
        .unwrap();
    let mut other = whole.socket().await;
    other.subscribe(&["firehose"]).await;

    let count = 700;
    let body = "x".repeat(BIG);
    for turn in 0..count {
        let from = format!("4917100{turn:05}");
        let message = text(&from, &format!("wamid.{turn}"), &body);
        assert_eq!(post_sealed(&whole, webhook(NUMBER, &[message])).await, 200);
        other.event("message.received").await;
    }

    // What lies in the buffers, then the end.
    let drained = async {
        let mut read = 0;
        let mut chunk = vec![0; 64 * 1024];
        loop {
            match stuck.read(&mut chunk).await {
                Ok(0) | Err(_) => return read,
                Ok(bytes) => read += bytes,
            }
        }
    };
    let read = tokio::time::timeout(PATIENCE, drained).await.unwrap();
    assert!(
        read < count * BIG,
        "{read} bytes are everything: it was not cut"
    );
    whole.stop().await;
}
