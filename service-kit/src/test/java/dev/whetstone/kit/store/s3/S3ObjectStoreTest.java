package dev.whetstone.kit.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ArtifactStoreContract;
import dev.whetstone.kit.store.ObjectConflictException;
import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.testing.S3Server;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** {@code s3://}: the contract, on a server that checks signatures, and what is peculiar to it. */
class S3ObjectStoreTest extends ArtifactStoreContract {
  private static final AtomicInteger STORES = new AtomicInteger();
  private static final Map<String, String> KEYS =
      Map.of("ACCESS", S3Server.ACCESS_KEY, "SECRET", S3Server.SECRET_KEY);

  /** The least that the API allows. */
  private static final int PART = 5 << 20;

  @TempDir static Path folder;
  private static S3Server server;

  private TestS3Config config;
  private S3Client client;
  private S3Location root;

  @BeforeAll
  static void startServer() {
    server = S3Server.start(folder.resolve("server"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  protected void prepare() {
    root = new S3Location(S3Server.BUCKET, "store-%d/ü".formatted(STORES.incrementAndGet()));
    config =
        new TestS3Config(server.endpoint(), folder.resolve("cache-" + STORES.get()))
            .with("part-bytes", PART);
    client = S3Clients.create(config, S3Settings.of(config), KEYS::get);
  }

  @Override
  protected ArtifactResolver artifacts() {
    return new ArtifactResolver(List.of(new S3Scheme(config, KEYS::get)));
  }

  @Override
  protected URI emptyStore() {
    return root.uri();
  }

  @Override
  protected void damage(URI object, byte[] bytes) {
    S3Location place = S3Location.of(object);
    var unused =
        client.putObject(
            put -> put.bucket(place.bucket()).key(place.key()), RequestBody.fromBytes(bytes));
  }

  private ObjectStore store() {
    return artifacts().openStore(root.uri());
  }

  private ObjectStore storeOf(S3Client other) {
    S3Bucket bucket = new S3Bucket(other, S3Settings.of(config));
    return new S3ObjectStore(bucket, root, new S3LocalCache(bucket).spool());
  }

  private static byte[] bytes(int size, int seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private long unfinishedUploads() {
    return client.listMultipartUploads(list -> list.bucket(S3Server.BUCKET)).uploads().stream()
        .filter(upload -> upload.key().startsWith(root.below()))
        .count();
  }

  private List<Path> spooled() throws IOException {
    try (Stream<Path> files = Files.list(config.cacheFolder().resolve("writing"))) {
      return files.toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha256", "crc32", "none"})
  void shouldStoreWholeAndInPartsWithEveryChecksum(String checksum) throws IOException {
    config.with("checksum", checksum);
    byte[] small = bytes(1_000, 1);
    byte[] large = bytes(2 * PART + 17, 2);

    ObjectStore store = store();
    StoredObject inParts = store.putBlob(large);

    assertThat(store.readVerified(store.putBlob(small).key(), ContentDigests.sha256(small)))
        .isEqualTo(small);
    assertThat(store.readVerified(inParts.key(), ContentDigests.sha256(large))).isEqualTo(large);
    assertThat(store.putBlob(large)).isEqualTo(inParts);
    assertThat(unfinishedUploads()).isZero();
    assertThat(spooled()).isEmpty();
  }

  @Test
  void shouldLetOneOfSeveralWritersInPartsWin() throws Exception {
    ObjectStore store = store();
    int winners = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> writers =
          IntStream.range(0, 4)
              .<Callable<Boolean>>mapToObj(i -> () -> wins(store, bytes(PART + 1, i)))
              .toList();
      for (var done : threads.invokeAll(writers)) {
        winners += done.get() ? 1 : 0;
      }
    }
    assertThat(winners).isEqualTo(1);
    assertThat(store.size("contended")).hasValue(PART + 1);
    assertThat(unfinishedUploads()).isZero();
  }

  private static boolean wins(ObjectStore store, byte[] content) {
    try {
      store.put("contended", content);
      return true;
    } catch (ObjectConflictException e) {
      return false;
    }
  }

  /** A client whose calls of some methods fail, as if the process was killed or cut off. */
  private S3Client failingAt(String... methods) {
    AtomicInteger parts = new AtomicInteger();
    return (S3Client)
        Proxy.newProxyInstance(
            S3Client.class.getClassLoader(),
            new Class<?>[] {S3Client.class},
            (_, method, arguments) -> {
              boolean named = List.of(methods).contains(method.getName());
              boolean first = method.getName().equals("uploadPart") && parts.incrementAndGet() == 1;
              if (named && !first) {
                throw SdkClientException.create("cut off at " + method.getName());
              }
              try {
                return method.invoke(client, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void shouldAbortAnUploadThatFailsBetweenParts() throws IOException {
    ObjectStore cutOff = storeOf(failingAt("uploadPart"));

    assertThatThrownBy(() -> cutOff.put("large", bytes(2 * PART, 3)))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("could not be written")
        .hasMessageContaining("cut off at uploadPart");

    assertThat(store().exists("large")).isFalse();
    assertThat(unfinishedUploads()).isZero();
    assertThat(spooled()).isEmpty();
  }

  @Test
  void shouldNeverShowHalfAnObjectOfAKilledWriter() {
    ObjectStore killed = storeOf(failingAt("uploadPart", "abortMultipartUpload"));
    byte[] content = bytes(2 * PART, 4);
    assertThatThrownBy(() -> killed.put("large", content)).isInstanceOf(ObjectStoreException.class);

    ObjectStore other = store();

    assertThat(other.exists("large")).isFalse();
    assertThat(other.list("")).isEmpty();
    assertThatThrownBy(() -> other.open("large")).hasMessageContaining("is not in the store");
    assertThat(other.read(other.put("small", bytes(3, 5)).key())).hasSize(3);
    assertThat(other.put("large", content).bytes()).isEqualTo(content.length);
  }

  @Test
  void shouldNotSendContentThatFails() throws IOException {
    ObjectContent broken =
        out -> {
          out.write(bytes(2 * PART, 6));
          throw new IOException("the source ended");
        };
    assertThatThrownBy(() -> store().put("large", broken)).hasMessageContaining("the source ended");
    assertThat(store().exists("large")).isFalse();
    assertThat(spooled()).isEmpty();
  }

  @Test
  void shouldNotListWhatStandsForADirectory() {
    ObjectStore store = store();
    store.put("a/b", bytes(1, 7));
    damage(URI.create(root.uri() + "/a/c"), bytes(2, 8));
    var unused =
        client.putObject(
            put -> put.bucket(root.bucket()).key(root.below() + "folder/"), RequestBody.empty());

    assertThat(store.list(""))
        .containsExactly(new ObjectPage.Entry("a/b", 1), new ObjectPage.Entry("a/c", 2));
  }

  @Test
  void shouldNameTheCredentialsWhenTheyAreRefused() {
    ObjectStore refused =
        new ArtifactResolver(
                List.of(
                    new S3Scheme(
                        config, Map.of("ACCESS", S3Server.ACCESS_KEY, "SECRET", "wrong")::get)))
            .openStore(root.uri());

    assertThatThrownBy(() -> refused.put("a", bytes(1, 9)))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("SignatureDoesNotMatch")
        .hasMessageContaining("whetstone.s3.access-key-ref");
  }

  @Test
  void shouldNameABucketThatDoesNotExist() {
    ObjectStore missing = artifacts().openStore(URI.create("s3://no-such-bucket/a"));

    assertThatThrownBy(() -> missing.open("x"))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("NoSuchBucket")
        .hasMessageContaining("Create the bucket 'no-such-bucket'");
    assertThatThrownBy(() -> missing.put("x", bytes(1, 1))).hasMessageContaining("NoSuchBucket");
  }

  @Test
  void shouldReadKeysFromFilesThatAreReplaced() throws IOException {
    Path access = Files.writeString(folder.resolve("access"), "old");
    Path secret = Files.writeString(folder.resolve("secret"), S3Server.SECRET_KEY + "\n");
    config.with("access-key-ref", "file:" + access).with("secret-key-ref", "file:" + secret);
    ObjectStore store = store();
    assertThatThrownBy(() -> store.exists("a")).isInstanceOf(ObjectStoreException.class);

    Files.writeString(access, S3Server.ACCESS_KEY);

    assertThat(store.exists("a")).isFalse();
  }

  @Test
  void shouldKeepLocalCopiesWithinTheirLimitAndCheckThem() throws IOException {
    config.with("cache-bytes", 100);
    ObjectStore store = store();
    StoredObject small = store.put("small.json", bytes(60, 10));
    StoredObject other = store.put("other.json", bytes(60, 11));
    ArtifactResolver artifacts = artifacts();

    Path copy = artifacts.resolve(small.uri()).localPath();
    assertThat(copy).hasFileName("small.json").hasBinaryContent(bytes(60, 10));
    assertThatThrownBy(() -> artifacts.resolve(other.uri()).localPath())
        .hasMessageContaining("Raise whetstone.s3.cache-bytes");

    Files.write(copy, bytes(60, 12));
    assertThat(artifacts.resolve(small.uri()).localPath()).hasBinaryContent(bytes(60, 10));

    Path entry = copy.getParent().getParent();
    Files.setLastModifiedTime(
        entry,
        java.nio.file.attribute.FileTime.from(
            Files.getLastModifiedTime(entry).toInstant().minusSeconds(3_600)));
    assertThat(artifacts.resolve(other.uri()).localPath()).exists();
    assertThat(copy).doesNotExist();
  }

  @Test
  void shouldShareLocalCopiesWithOtherProcesses() throws Exception {
    store().put("base/a.json", bytes(1_000, 13));
    store().put("base/b/c.json", bytes(1_000, 14));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      // Each has a cache of its own in the same folder, as processes have.
      List<Callable<Path>> copies =
          IntStream.range(0, 8)
              .<Callable<Path>>mapToObj(
                  _ -> () -> artifacts().resolve(URI.create(root.uri() + "/base")).localPath())
              .toList();
      for (var done : threads.invokeAll(copies)) {
        assertThat(done.get().resolve("b/c.json")).hasBinaryContent(bytes(1_000, 14));
      }
    }
    assertThat(spooled()).isEmpty();
    assertThat(Files.list(config.cacheFolder().resolve("copies"))).hasSize(1);
  }

  @Test
  void shouldRefuseALocationThatIsNone() {
    for (String text :
        List.of(
            "s3:///key",
            "s3://UPPER/key",
            "s3://user@bucket/key",
            "s3://bucket:80/key",
            "s3://bucket/a/../b",
            "s3://bucket/a/%2e%2e/b",
            "s3://bucket/a//b",
            "s3://bucket/a?versionId=1",
            "s3://bucket/a%00b",
            "s3://bucket/%ff")) {
      assertThatThrownBy(() -> artifacts().resolve(URI.create(text)))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(S3Location.of(URI.create("S3://bucket/a%20b/ü/%C3%BC+")).uri())
        .hasToString("s3://bucket/a%20b/%C3%BC/%C3%BC%2B");
  }

  @Test
  void shouldKeepTextInUtf8Keys() {
    ObjectStore store = store();
    StoredObject stored = store.put("ü/日本 語.json", "é".getBytes(StandardCharsets.UTF_8));
    assertThat(store.list("ü/")).containsExactly(new ObjectPage.Entry("ü/日本 語.json", 2));
    assertThat(artifacts().resolve(stored.uri()).sha256()).isEqualTo(stored.sha256());
  }
}
