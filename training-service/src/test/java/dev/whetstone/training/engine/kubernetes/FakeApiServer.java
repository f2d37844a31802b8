package dev.whetstone.training.engine.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;

/**
 * Keeps what is created and answers as an API server does, without its controllers. The contract
 * test in a cluster checks the engine against the real one.
 */
public final class FakeApiServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final Map<String, ObjectNode> objects = new TreeMap<>();
  private final Map<String, Fault> faults = new HashMap<>();
  private final List<String> calls = new ArrayList<>();
  private int created;

  private record Fault(int code, String message) {}

  public FakeApiServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  public KubernetesClient client() {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
            .withNamespace("workers")
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** From now on calls of this method to this resource get a fault; 0 gives them no answer. */
  public synchronized void fail(String method, String resource, int code, String message) {
    faults.put(method + " " + resource, new Fault(code, message));
  }

  /** Methods with the resource and name they were about, reads left out. */
  public synchronized List<String> changes() {
    return calls.stream().filter(call -> !call.startsWith("GET")).toList();
  }

  public synchronized JsonNode object(String resource, String name) {
    return objects.get(resource + "/" + name);
  }

  /** Puts an object there as a controller would. */
  public synchronized void put(String resource, String json) {
    try {
      ObjectNode object = (ObjectNode) JSON.readTree(json);
      objects.put(resource + "/" + object.at("/metadata/name").asText(), object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public synchronized void setStatus(String resource, String name, String json) {
    try {
      objects.get(resource + "/" + name).set("status", JSON.readTree(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized void answer(HttpExchange call) throws IOException {
    String path = call.getRequestURI().getPath();
    List<String> parts = List.of(path.split("/"));
    int namespace = parts.indexOf("workers");
    String resource = namespace < 0 ? "" : parts.get(namespace + 1);
    String name = parts.size() > namespace + 2 ? parts.get(namespace + 2) : "";
    String method = call.getRequestMethod();
    Fault fault = faults.get(method + " " + resource);
    byte[] body = call.getRequestBody().readAllBytes();
    if (fault != null && fault.code() == 0) {
      call.close();
      return;
    }
    if (fault != null) {
      send(call, fault.code(), status(fault.code(), fault.message()));
      return;
    }
    switch (method) {
      case "POST" -> create(call, resource, (ObjectNode) JSON.readTree(body));
      case "GET" -> list(call, resource);
      case "PATCH" -> merge(call, resource, name, JSON.readTree(body));
      case "DELETE" -> {
        calls.add("DELETE " + resource + "/" + name);
        boolean existed = objects.remove(resource + "/" + name) != null;
        send(call, existed ? 200 : 404, status(existed ? 200 : 404, existed ? "" : "not found"));
      }
      default -> send(call, 405, status(405, method));
    }
  }

  private void create(HttpExchange call, String resource, ObjectNode object) throws IOException {
    String key = resource + "/" + object.at("/metadata/name").asText();
    calls.add("POST " + key);
    if (objects.containsKey(key)) {
      send(call, 409, status(409, key + " already exists"));
      return;
    }
    ObjectNode metadata = (ObjectNode) object.get("metadata");
    metadata.put("uid", "uid-" + created++);
    metadata.put("creationTimestamp", "2026-11-20T10:00:00Z");
    metadata.put("namespace", "workers");
    objects.put(key, object);
    send(call, 201, object);
  }

  private void list(HttpExchange call, String resource) throws IOException {
    ObjectNode list = JSON.createObjectNode();
    list.put("kind", "List").put("apiVersion", "v1");
    list.putObject("metadata").put("resourceVersion", "1");
    ArrayNode items = list.putArray("items");
    objects.forEach(
        (key, object) -> {
          if (key.startsWith(resource + "/")) {
            items.add(object);
          }
        });
    send(call, 200, list);
  }

  private void merge(HttpExchange call, String resource, String name, JsonNode patch)
      throws IOException {
    calls.add("PATCH " + resource + "/" + name);
    ObjectNode object = objects.get(resource + "/" + name);
    if (object == null) {
      send(call, 404, status(404, name + " not found"));
      return;
    }
    ObjectNode metadata = (ObjectNode) object.get("metadata");
    metadata.withObject("/annotations").setAll((ObjectNode) patch.at("/metadata/annotations"));
    send(call, 200, object);
  }

  private static ObjectNode status(int code, String message) {
    return JSON.createObjectNode()
        .put("kind", "Status")
        .put("apiVersion", "v1")
        .put("status", code < 300 ? "Success" : "Failure")
        .put("message", message)
        .put("code", code);
  }

  private static void send(HttpExchange call, int code, JsonNode body) throws IOException {
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    call.getResponseHeaders().add("Content-Type", "application/json");
    call.sendResponseHeaders(code, bytes.length);
    call.getResponseBody().write(bytes);
    call.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
