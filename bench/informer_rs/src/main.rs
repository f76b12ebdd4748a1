//! Syncs kube-rs' reflector once and prints how long that took, as a line of
//! JSON: `informer_rs SERVER COUNT watch-list|list`.

use std::{env, error::Error, fs, time::Instant};

use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client, Config,
    runtime::{WatchStreamExt, reflector, watcher},
};

type Failure = Box<dyn Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().collect();
    let [_, server, count, how] = arguments.as_slice() else {
        return Err("expected SERVER COUNT watch-list|list".into());
    };
    let config = match how.as_str() {
        "watch-list" => watcher::Config::default().streaming_lists(),
        _ => watcher::Config::default(),
    };
    let client = Client::try_from(Config::new(server.parse()?))?;
    let before = memory("VmRSS")?;

    let start = Instant::now();
    // The namespace tells the server the number of pods.
    let pods: Api<Pod> = Api::namespaced(client, count);
    let (store, writer) = reflector::store();
    let changes = reflector(writer, watcher(pods, config)).touched_objects();
    let running = tokio::spawn(changes.for_each(async |_| ()));
    store.wait_until_ready().await?;
    let elapsed = start.elapsed();

    let found = store.len();
    if found != count.parse::<usize>()? {
        return Err(format!("the cache holds {found} objects of {count}").into());
    }
    let run = serde_json::json!({
        "syncMs": elapsed.as_secs_f64() * 1000.0,
        // What the allocator has not given back is counted too.
        "heapBytes": memory("VmRSS")? - before,
        "peakBytes": memory("VmHWM")?,
    });
    println!("{run}");
    running.abort();
    Ok(())
}

/// Returns a figure of this process on Linux, in bytes.
fn memory(name: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes: f64 = line.unwrap_or("0").trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024.0)
}
