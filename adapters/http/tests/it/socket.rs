//! Over a socket: many streams, broken requests, and a shutdown that waits for nobody.

use std::time::Duration;

use serde_json::json;
use strowger_http::{HttpSettings, RequestRate};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::floor::Floor;

/// Serves a floor on loopback until it is told to stop.
async fn serve(
    floor: &Floor,
) -> (std::net::SocketAddr, tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, app) = (listener.local_addr().unwrap(), floor.app.clone());
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let served = tokio::spawn(async move {
        let until = async { drop(stopped.await) };
        axum::serve(listener, app).with_graceful_shutdown(until).await.unwrap();
    });
    (address, stop, served)
}

/// What a service answers to bytes, up to so many of them or the end.
async fn answer(address: std::net::SocketAddr, request: &[u8]) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(request).await.unwrap();
    let mut bytes = vec![0; 4_096];
    let read = tokio::time::timeout(Duration::from_secs(5), socket.read(&mut bytes)).await;
    String::from_utf8_lossy(&bytes[..read.unwrap().unwrap_or(0)]).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_streams_hold_up_neither_requests_nor_a_shutdown() {
    const STREAMS: usize = 1_000;
    let often = RequestRate::new(10_000, 10_000);
    let settings = HttpSettings::default().with_streams(STREAMS, STREAMS).with_rates(often, often);
    let floor = Floor::bare(settings);
    floor.furnish().await;
    let (address, stop, served) = serve(&floor).await;
    let mut sockets = Vec::new();
    for _ in 0..STREAMS {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let request = b"GET /v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sue\r\n\r\n";
        socket.write_all(request).await.unwrap();
        let mut bytes = [0; 512];
        let read = socket.read(&mut bytes).await.unwrap();
        assert!(bytes[..read].starts_with(b"HTTP/1.1 200"));
        sockets.push(socket);
    }
    let full = b"GET /v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer host\r\n\r\n";
    assert!(answer(address, full).await.starts_with("HTTP/1.1 429"));
    floor.there("ana").await;
    for socket in &mut sockets {
        let mut heard = String::new();
        while !heard.contains("presence_set") {
            let mut bytes = [0; 4_096];
            let read = socket.read(&mut bytes).await.unwrap();
            assert!(read > 0, "the stream ended");
            heard.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    }
    floor.http.end_streams();
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), served).await.unwrap().unwrap();
    let mut rest = String::new();
    sockets[0].read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("event: bye\ndata: {\"reason\":\"shutdown\"}"), "{rest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_requests_and_tricks_in_paths_and_headers_lead_nowhere() {
    let floor = Floor::new().await;
    let work = json!({"key": "chat-1", "queue": "support", "channel": "chat", "customer": "dora"});
    floor.post("host", "/v1/work", work).await;
    let (address, _stop, _served) = serve(&floor).await;
    let of = |line: &str, headers: &str| {
        format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")
    };
    let eve = "authorization: Bearer eve\r\n";
    for (line, headers, status) in [
        // What is theirs is not found by another spelling of its name.
        ("GET /v1/work/chat%2D1", eve, 404),
        ("GET /v1/work/./chat-1", eve, 404),
        ("GET /v1/me/../work/chat-1", eve, 404),
        ("GET /v1/work/%2e%2e/agents", eve, 404),
        ("GET /v1//work/chat-1", eve, 404),
        ("GET /v1/work/chat-1%00", eve, 404),
        ("GET /v1/work/~18446744073709551616", eve, 404),
        ("GET /v1/work/~-1", eve, 404),
        ("GET /v1/interactions/0x1", eve, 404),
        ("GET /v1/work/%ff", eve, 400),
        // Who asks is said by the token alone.
        ("GET /v1/work/chat-1", "authorization: Bearer eve\r\nx-forwarded-user: sue\r\n", 404),
        ("GET /v1/work/chat-1?role=supervisor", eve, 400),
        ("GET /v1/figures", "authorization: Bearer eve\r\nx-http-method-override: POST\r\n", 403),
        ("GET /v1/me", "authorization: Basic ZXZlOg==\r\n", 401),
        ("GET /v1/me", "authorization: Bearer\r\n", 401),
        ("GET /v1/me", "authorization: Bearer \u{1}\r\n", 400),
        ("GET /v1/me?token=sue", "", 401),
        ("GET /v1/me", "cookie: xstrowger=sue\r\n", 401),
        ("GET /v1/stream?after=-1", "authorization: Bearer sue\r\n", 400),
        ("GET /v1/stream", "authorization: Bearer sue\r\nlast-event-id: 1; 2\r\n", 400),
        ("TRACE /v1/me", eve, 405),
        (
            "POST /v1/work/chat-1/abandon",
            "authorization: Bearer eve\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n",
            404,
        ),
    ] {
        // The end of a body in pieces, for the one that says it has two.
        let end = if headers.contains("chunked") { "0\r\n\r\n" } else { "" };
        let said = answer(address, (of(line, headers) + end).as_bytes()).await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status}")), "{line} {headers}: {said}");
    }
    assert!(floor.get("sue", "/v1/work/chat-1").await.status == 200, "nothing was done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_come_is_waited_for_no_longer_than_an_answer() {
    let patience = Duration::from_millis(200);
    let floor = Floor::bare(HttpSettings::default().with_patience(patience));
    let (address, _stop, _served) = serve(&floor).await;
    let request = b"POST /v1/session HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sue\r\n\
        content-type: application/json\r\ncontent-length: 2\r\n\r\n{";
    assert!(answer(address, request).await.starts_with("HTTP/1.1 408"));
}
