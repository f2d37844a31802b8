package dev.whetstone.curation.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.agenda.LoopAgendaRepository;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;

/** Seals that people requested. */
@ApplicationScoped
public class SealRequestRepository {
  private final Sql sql;
  private final LoopAgendaRepository agenda;
  private final Clock clock;

  public SealRequestRepository(Sql sql, LoopAgendaRepository agenda, Clock clock) {
    this.sql = sql;
    this.agenda = agenda;
    this.clock = clock;
  }

  public void add(LoopId loop, String requestedBy) {
    sql.update(
        """
        insert into seal_request (tenant, loop, requested_by, requested_at) values (?, ?, ?, ?)
        on conflict do nothing
        """,
        loop.tenant(),
        loop.loop(),
        requestedBy,
        clock.instant());
    agenda.wake(loop);
  }

  public boolean pending(LoopId loop) {
    return !sql.query(
            "select 1 from seal_request where tenant = ? and loop = ?",
            row -> 1,
            loop.tenant(),
            loop.loop())
        .isEmpty();
  }

  public void done(LoopId loop) {
    sql.update(
        "delete from seal_request where tenant = ? and loop = ?", loop.tenant(), loop.loop());
  }
}
