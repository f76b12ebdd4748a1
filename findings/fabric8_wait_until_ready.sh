#!/bin/sh
# What `waitUntilReady` of the fabric8 client for Java waits for.
#
# Expected: until what the resource is for can be relied on, as `kubectl rollout
# status` and `kubectl wait` would have it; or an error for a kind of which the
# client does not know when it is ready.
# Seen (io.fabric8:kubernetes-client 8.0.0): it knows a few kinds. A StatefulSet
# is among them, a DaemonSet is not, nor a Job or an APIService: these are ready
# as soon as they exist, and only a line of the log says that the question did not
# apply. Of a Deployment the replicas are counted without a look at
# `observedGeneration`, so that a wait after an update returns at once, with the
# pods of before: the numbers are those of the old version until the controller has
# seen the new one.
#
# Output seen:
#   StatefulSet, 0 of 3 pods ready: not ready in 3 s
#   DaemonSet, 0 of 3 pods ready: ready
#   Job that has failed: ready
#   APIService that is not available: ready
#   Deployment, updated, the status of before: ready
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>probe</groupId>
  <artifactId>probe</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.fabric8</groupId>
      <artifactId>kubernetes-client</artifactId>
      <version>8.0.0</version>
    </dependency>
  </dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null 2>&1
cat >Probe.java <<'JAVA'
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

class Probe {
  static String version;
  static String item;

  /** Answers lists with the one object, and watches with nothing new. */
  static void answer(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, 0);
    if (exchange.getRequestURI().getQuery().contains("watch=true")) {
      exchange.getResponseBody().flush();
      return;
    }
    String list = "{\"kind\": \"List\", \"apiVersion\": \"%s\","
        + " \"metadata\": {\"resourceVersion\": \"100\"}, \"items\": [%s]}";
    exchange.getResponseBody().write(String.format(list, version, item).getBytes());
    exchange.close();
  }

  static void ask(KubernetesClient client, String title, String apiVersion, String kind,
      String spec, String status) {
    String object = "{'apiVersion': '%s', 'kind': '%s', 'metadata': {'name': 'web',"
        + " 'namespace': 'default', 'uid': 'u', 'generation': 2, 'resourceVersion': '100'},"
        + " 'spec': {%s}, 'status': {%s}}";
    version = apiVersion;
    item = String.format(object, apiVersion, kind, spec, status).replace('\'', '"');
    String end = "ready";
    try {
      client.resource(item).waitUntilReady(3, TimeUnit.SECONDS);
    } catch (KubernetesClientTimeoutException error) {
      end = "not ready in 3 s";
    }
    System.out.println(title + ": " + end);
  }

  public static void main(String[] arguments) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", Probe::answer);
    server.start();
    Config config = new ConfigBuilder(Config.empty())
        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
        .build();
    KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
    ask(client, "StatefulSet, 0 of 3 pods ready", "apps/v1", "StatefulSet", "'replicas': 3",
        "'observedGeneration': 2, 'replicas': 3, 'readyReplicas': 0");
    ask(client, "DaemonSet, 0 of 3 pods ready", "apps/v1", "DaemonSet", "",
        "'observedGeneration': 2, 'desiredNumberScheduled': 3, 'currentNumberScheduled': 3,"
            + " 'numberMisscheduled': 0, 'numberReady': 0");
    ask(client, "Job that has failed", "batch/v1", "Job", "",
        "'failed': 1, 'conditions': [{'type': 'Failed', 'status': 'True'}]");
    ask(client, "APIService that is not available", "apiregistration.k8s.io/v1", "APIService", "",
        "'conditions': [{'type': 'Available', 'status': 'False'}]");
    ask(client, "Deployment, updated, the status of before", "apps/v1", "Deployment", "'replicas': 3",
        "'observedGeneration': 1, 'replicas': 3, 'updatedReplicas': 3, 'readyReplicas': 3,"
            + " 'availableReplicas': 3");
    System.exit(0);
  }
}
JAVA
javac -cp 'lib/*' Probe.java
seen=$(java -cp 'lib/*:.' Probe 2>/dev/null)
echo "$seen"
[ "$seen" = 'StatefulSet, 0 of 3 pods ready: not ready in 3 s
DaemonSet, 0 of 3 pods ready: ready
Job that has failed: ready
APIService that is not available: ready
Deployment, updated, the status of before: ready' ]
