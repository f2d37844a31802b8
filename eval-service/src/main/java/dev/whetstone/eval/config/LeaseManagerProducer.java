package dev.whetstone.eval.config;

import dev.whetstone.kit.id.IdGenerator;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.work.LeaseManager;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Produces the lease manager, with an owner name that is unique to this process. */
public class LeaseManagerProducer {
  @Produces
  @Singleton
  LeaseManager leases(Sql sql, IdGenerator ids, EvalConfig config) {
    return new LeaseManager(sql, ids.next("eval-"), config.lease());
  }
}
