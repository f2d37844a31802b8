package dev.whetstone.eval.probe;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.transaction.Transactional.TxType;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The rows of effect probes: one row per prompt, so that the prompts of erased examples can be
 * deleted.
 */
@ApplicationScoped
public class EffectProbeRepository {
  private static final String INSERT =
      """
      insert into effect_probe (tenant, loop, checkpoint_id, position, item_id, tolerance,
        max_tokens, prompt, recorded_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;
  private final Sql sql;
  private final Clock clock;

  public EffectProbeRepository(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /** Records the probe of a checkpoint in place of an earlier one. */
  @Transactional(TxType.MANDATORY)
  public void record(LoopId loop, String checkpointId, EffectProbe probe) {
    sql.update(
        "delete from effect_probe where tenant = ? and loop = ? and checkpoint_id = ?",
        loop.tenant(),
        loop.loop(),
        checkpointId);
    List<Object[]> rows = new ArrayList<>();
    for (EffectProbe.Prompt prompt : probe.prompts()) {
      rows.add(
          new Object[] {
            loop.tenant(),
            loop.loop(),
            checkpointId,
            rows.size(),
            itemId(prompt.itemKey()),
            probe.tolerance(),
            probe.maxTokens(),
            Json.text(prompt),
            clock.instant()
          });
    }
    sql.updateAll(INSERT, rows);
  }

  /** The probe of a checkpoint; empty if none was recorded. */
  public Optional<EffectProbe> find(LoopId loop, String checkpointId) {
    List<EffectProbe> rows =
        sql.query(
            """
            select tolerance, max_tokens, prompt from effect_probe
            where tenant = ? and loop = ? and checkpoint_id = ? order by position
            """,
            row ->
                new EffectProbe(
                    row.getDouble(1),
                    row.getInt(2),
                    List.of(Json.read(row.getString(3), EffectProbe.Prompt.class))),
            loop.tenant(),
            loop.loop(),
            checkpointId);
    return rows.stream()
        .findFirst()
        .map(
            first ->
                new EffectProbe(
                    first.tolerance(),
                    first.maxTokens(),
                    rows.stream().flatMap(row -> row.prompts().stream()).toList()));
  }

  /** Deletes the prompts that come from erased examples. */
  @Transactional(TxType.MANDATORY)
  public void deleteItems(LoopId loop, Collection<String> exampleIds) {
    sql.update(
        "delete from effect_probe where tenant = ? and loop = ? and item_id = any(?)",
        loop.tenant(),
        loop.loop(),
        exampleIds);
  }

  /** The part of an item's key after its suite: the example's id for items of a batch. */
  private static String itemId(String itemKey) {
    return itemKey.substring(itemKey.lastIndexOf('/') + 1);
  }
}
