package dev.whetstone.curation;

import dev.whetstone.kit.store.FileObjectStore;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.StoredObject;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The real store, which a test can make fail at a chosen write. */
@Alternative
@Priority(1)
@Singleton
public class FaultyObjectStore implements ObjectStore {
  private final ObjectStore real;
  private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);

  @Inject
  public FaultyObjectStore(@ConfigProperty(name = "whetstone.store.uri") URI uri) {
    this.real = new FileObjectStore(Path.of(uri));
  }

  /** The disk is full after so many more writes. */
  public void failAfter(int successes) {
    writesLeft.set(successes);
  }

  public void heal() {
    writesLeft.set(Integer.MAX_VALUE);
  }

  @Override
  public StoredObject put(String key, byte[] bytes) {
    if (writesLeft.getAndDecrement() <= 0) {
      throw new ObjectStoreException(
          "object " + key + " could not be written: no space left", null);
    }
    return real.put(key, bytes);
  }

  @Override
  public byte[] read(String key) {
    return real.read(key);
  }

  @Override
  public InputStream open(String key) {
    return real.open(key);
  }

  @Override
  public boolean exists(String key) {
    return real.exists(key);
  }

  @Override
  public List<String> list(String prefix) {
    return real.list(prefix);
  }

  @Override
  public void delete(String key) {
    real.delete(key);
  }

  @Override
  public URI uri(String key) {
    return real.uri(key);
  }

  @Override
  public String key(URI uri) {
    return real.key(uri);
  }
}
