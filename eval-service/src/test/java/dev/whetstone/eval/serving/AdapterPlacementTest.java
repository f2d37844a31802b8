package dev.whetstone.eval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.kit.openai.AdapterLoaderClient;
import dev.whetstone.kit.openai.ClientLimits;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.file.FileScheme;
import dev.whetstone.kit.tenant.AllowedEndpoints;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterPlacementTest {
  private static final URI SERVER = URI.create("http://127.0.0.1:8000");

  @TempDir Path folder;
  private HttpServer loader;
  private final List<String> asked = new ArrayList<>();
  private int status = 200;
  private String reply = "{\"path\": \"/adapters/one\"}";
  private String adapter;

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(folder.resolve("runs/r/adapter"));
    Files.writeString(folder.resolve("runs/r/adapter/adapter_config.json"), "{}");
    adapter = "bucket:" + folder.resolve("runs/r/adapter").toUri().getRawSchemeSpecificPart();
    loader = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    loader.createContext(
        "/v1/adapters",
        exchange -> {
          asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body = reply.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    loader.start();
  }

  @AfterEach
  void stop() {
    loader.stop(0);
  }

  /** A scheme that is not a file system to its users, on files. */
  private static final class BucketScheme implements ArtifactResolver.Scheme {
    private final ArtifactResolver files = FileScheme.resolver();

    @Override
    public String name() {
      return "bucket";
    }

    @Override
    public String form() {
      return "bucket:<path>";
    }

    private static URI file(URI uri) {
      return URI.create("file:" + uri.getRawSchemeSpecificPart());
    }

    @Override
    public Artifact resolve(URI uri) {
      return new BucketArtifact(uri, files.resolve(file(uri)));
    }

    @Override
    public URI canonical(URI uri) {
      return uri;
    }

    @Override
    public ObjectStore openStore(URI uri) {
      return files.openStore(file(uri));
    }
  }

  /** Known by another URI. */
  private record BucketArtifact(URI uri, Artifact files) implements Artifact {
    @Override
    public OptionalLong size() {
      return files.size();
    }

    @Override
    public InputStream open() {
      return files.open();
    }

    @Override
    public Path localPath() {
      throw new AssertionError("an adapter is not copied to this service");
    }

    @Override
    public Artifact child(String path) {
      return files.child(path);
    }

    @Override
    public List<String> files(int most) {
      return files.files(most);
    }

    @Override
    public String directorySha256() {
      return files.directorySha256();
    }

    @Override
    public String changeMarker() {
      return files.changeMarker();
    }
  }

  private AdapterPlacement placement(Optional<String> mount, OptionalInt port) {
    return placement(mount, port, AllowedEndpoints.unrestricted());
  }

  private AdapterPlacement placement(
      Optional<String> mount, OptionalInt port, AllowedEndpoints endpoints) {
    ArtifactResolver artifacts =
        new ArtifactResolver(List.of(new FileScheme(), new BucketScheme()));
    return new AdapterPlacement(
        artifacts,
        artifacts.openStore(folder.toUri()),
        mount,
        port,
        url ->
            new AdapterLoaderClient(
                HttpClient.newHttpClient(),
                url,
                ClientLimits.within(Duration.ofSeconds(10)),
                endpoints));
  }

  private OptionalInt loaderPort() {
    return OptionalInt.of(loader.getAddress().getPort());
  }

  @Test
  void shouldGiveTheAdaptersOwnPathWhereTheStoreIsAFileSystem() {
    AdapterPlacement placement = placement(Optional.of("/mnt"), loaderPort());

    assertThat(placement.path(SERVER, folder.resolve("runs/r/adapter").toUri().toString()))
        .isEqualTo(folder.resolve("runs/r/adapter").toString());
    assertThat(placement.path(SERVER, "hf://org/adapter")).isEqualTo("hf://org/adapter");
    assertThat(asked).isEmpty();
  }

  @Test
  void shouldAskTheLoaderBesideTheServerWithTheDigest() {
    AdapterPlacement placement = placement(Optional.empty(), loaderPort());
    String digest = FileScheme.resolver().local(folder.resolve("runs/r/adapter")).directorySha256();

    assertThat(placement.path(SERVER, adapter)).isEqualTo("/adapters/one");
    assertThat(placement.path(SERVER, adapter)).isEqualTo("/adapters/one");

    assertThat(asked).hasSize(2).allSatisfy(body -> assertThat(body).contains(adapter, digest));
  }

  @Test
  void shouldNameTheLoaderAndItsReasonWhenItRefuses() {
    status = 409;
    reply = "{\"error\": {\"message\": \"it has digest abc\"}}";

    assertThatThrownBy(() -> placement(Optional.empty(), loaderPort()).path(SERVER, adapter))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
        .hasMessageContaining("127.0.0.1:" + loader.getAddress().getPort())
        .hasMessageContaining("it has digest abc")
        .hasMessageContaining("whetstone_worker.pull");
  }

  @Test
  void shouldNotTakeAPathThatIsNone() {
    reply = "{\"path\": \"relative\"}";
    assertThatThrownBy(() -> placement(Optional.empty(), loaderPort()).path(SERVER, adapter))
        .hasMessageContaining("no absolute path");
  }

  @Test
  void shouldAskNoLoaderAtAnAddressThatTheOperatorDoesNotAllow() {
    AdapterPlacement placement =
        placement(
            Optional.empty(),
            loaderPort(),
            AllowedEndpoints.of(List.of("loopback:8000"), Set.of()));

    assertThatThrownBy(() -> placement.path(SERVER, adapter)).isInstanceOf(ServingException.class);
    assertThat(asked).isEmpty();
  }

  @Test
  void shouldSayHowServersFindAdaptersInABucket() {
    assertThatThrownBy(() -> placement(Optional.empty(), OptionalInt.empty()).path(SERVER, adapter))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MISCONFIGURED))
        .hasMessageContaining("whetstone.eval.loader-port")
        .hasMessageContaining("whetstone.eval.adapter-mount");
  }
}
