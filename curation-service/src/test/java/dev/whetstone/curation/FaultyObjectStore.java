package dev.whetstone.curation;

import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.kit.store.file.FileScheme;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.transaction.Status;
import java.io.InputStream;
import java.net.URI;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The real store, which a test can make fail at a chosen write. It refuses writes in transactions.
 */
@Alternative
@Priority(1)
@Singleton
public class FaultyObjectStore implements ObjectStore {
  private final ObjectStore real;
  private final AtomicBoolean deletesFail = new AtomicBoolean();
  private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);

  @Inject
  public FaultyObjectStore(@ConfigProperty(name = "whetstone.store.uri") URI uri) {
    this.real = FileScheme.resolver().openStore(uri);
  }

  /** The disk is full after this many more writes. */
  public void failAfter(int successes) {
    writesLeft.set(successes);
  }

  /** Nothing can be deleted until the store is healed. */
  public void refuseDeletes() {
    deletesFail.set(true);
  }

  public void heal() {
    writesLeft.set(Integer.MAX_VALUE);
    deletesFail.set(false);
  }

  @Override
  public StoredObject put(String key, ObjectContent content) {
    beforeWrite(key);
    return real.put(key, content);
  }

  @Override
  public StoredObject putBlob(ObjectContent content) {
    beforeWrite(ObjectStore.blobKey("..."));
    return real.putBlob(content);
  }

  private void beforeWrite(String key) {
    requireNoTransaction(key);
    if (writesLeft.getAndDecrement() <= 0) {
      throw new ObjectStoreException("object " + key + " could not be written: no space left");
    }
  }

  /** Writing can take minutes, and a transaction would hold its locks and snapshot so long. */
  private static void requireNoTransaction(String key) {
    if (QuarkusTransaction.getStatus() != Status.STATUS_NO_TRANSACTION) {
      throw new IllegalStateException("object " + key + " is written or deleted in a transaction");
    }
  }

  @Override
  public InputStream open(String key) {
    return real.open(key);
  }

  @Override
  public OptionalLong size(String key) {
    return real.size(key);
  }

  @Override
  public ObjectPage list(String prefix, String after, int limit) {
    return real.list(prefix, after, limit);
  }

  @Override
  public void delete(String key) {
    requireNoTransaction(key);
    if (deletesFail.get()) {
      throw new ObjectStoreException("object " + key + " cannot be deleted: read-only");
    }
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
