#!/bin/sh
# When `await_condition` of kube-rs ends without its condition.
#
# Expected: if the type is not known or permission is missing, which is what its
# documentation names. It is built on `watcher`, which recovers from all that
# happens to a watch, and a wait is what meets the restart of a server.
# Seen (kube 5.0.0): `watcher` reports what it recovers from as an error in its
# stream, and `await_condition` ends with the first error that it sees. A server
# that is away for a moment when the watch is to go on, or one that answers that
# the resource version is too old, ends the wait; `watcher`, on the same server,
# goes on and delivers the object.
#
# Output seen:
#   the watch ends: await_condition has the pod, watcher too
#   the resource version is too old: await_condition fails, watcher has the pod
#   the server is away for a second: await_condition fails, watcher has the pod
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2024"

[dependencies]
futures = { version = "0.3", default-features = false }
k8s-openapi = { version = "=0.29.0", features = ["v1_36"] }
kube = { version = "=5.0.0", default-features = false, features = ["client", "runtime"] }
tokio = { version = "1", features = ["io-util", "macros", "net", "rt", "time"] }

[profile.dev]
debug = false
TOML
cat >src/main.rs <<'RUST'
use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::wait::{await_condition, conditions::is_pod_running};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Config};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    End,
    Expired,
    Outage,
}

const EXPIRED: &str = r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old resource version","reason":"Expired","code":410}}
"#;

fn pod(phase: &str) -> String {
    let metadata = r#"{"name":"web","namespace":"default","resourceVersion":"100"}"#;
    format!(r#"{{"kind":"Pod","apiVersion":"v1","metadata":{metadata},"status":{{"phase":"{phase}"}}}}"#)
}

/// Serves a pod that runs once the first watch has ended, in the way of `trouble`.
async fn serve(mut listener: TcpListener, trouble: Trouble) {
    let mut watches = 0;
    loop {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 65536];
        let length = socket.read(&mut head).await.unwrap();
        let body = if String::from_utf8_lossy(&head[..length]).contains("watch=true") {
            watches += 1;
            match (watches, trouble) {
                (1, Trouble::Expired) => EXPIRED.to_string(),
                (1, _) => String::new(),
                _ => format!("{{\"type\":\"MODIFIED\",\"object\":{}}}\n", pod("Running")),
            }
        } else {
            let item = pod(if watches == 0 { "Pending" } else { "Running" });
            let metadata = r#"{"resourceVersion":"100"}"#;
            format!(r#"{{"kind":"PodList","apiVersion":"v1","metadata":{metadata},"items":[{item}]}}"#)
        };
        let length = body.len();
        let headers = format!("Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close");
        let response = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{body}");
        socket.write_all(response.as_bytes()).await.unwrap();
        if trouble == Trouble::Outage && watches == 1 {
            watches += 1;
            let address = listener.local_addr().unwrap();
            drop((socket, listener));
            tokio::time::sleep(Duration::from_secs(1)).await;
            listener = TcpListener::bind(address).await.unwrap();
        }
    }
}

async fn pods(trouble: Trouble) -> Api<Pod> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, trouble));
    Api::default_namespaced(Client::try_from(Config::new(url.parse().unwrap())).unwrap())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (title, trouble) in [
        ("the watch ends", Trouble::End),
        ("the resource version is too old", Trouble::Expired),
        ("the server is away for a second", Trouble::Outage),
    ] {
        let waited = await_condition(pods(trouble).await, "web", is_pod_running()).await;
        let config = watcher::Config::default().fields("metadata.name=web");
        let running = watcher(pods(trouble).await, config)
            .default_backoff()
            .applied_objects()
            .filter_map(async |pod| pod.ok())
            .filter(|pod| {
                let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
                std::future::ready(phase == Some("Running"))
            });
        let watched = tokio::time::timeout(Duration::from_secs(30), std::pin::pin!(running).next()).await;
        println!("{title}: {}", match (waited, watched) {
            (Ok(_), Ok(Some(_))) => "await_condition has the pod, watcher too",
            (Err(_), Ok(Some(_))) => "await_condition fails, watcher has the pod",
            _ => "watcher does not have the pod",
        });
    }
}
RUST
cargo build --quiet 2>/dev/null
seen=$(./target/debug/probe)
echo "$seen"
[ "$seen" = 'the watch ends: await_condition has the pod, watcher too
the resource version is too old: await_condition fails, watcher has the pod
the server is away for a second: await_condition fails, watcher has the pod' ]
