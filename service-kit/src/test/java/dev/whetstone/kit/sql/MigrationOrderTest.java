package dev.whetstone.kit.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A database whose service has run its own migrations (900 and above here), and to which the kit
 * later adds one with a lower number.
 */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class MigrationOrderTest {
  private static final String SCHEMA = "before_traces";

  /** Configured by properties, as in a service. */
  @Inject Flyway migrations;

  @Inject Sql sql;

  @BeforeEach
  void makeADatabaseFromBeforeTheMigration() {
    QuarkusTransaction.requiringNew()
        .run(() -> sql.update("drop schema if exists %s cascade".formatted(SCHEMA)));
    asConfigured().load().migrate();
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              sql.update("drop table %s.trace_context".formatted(SCHEMA));
              sql.update(
                  "delete from %s.flyway_schema_history where version = '6'".formatted(SCHEMA));
            });
  }

  private FluentConfiguration asConfigured() {
    return Flyway.configure()
        .configuration(migrations.getConfiguration())
        .schemas(SCHEMA)
        .defaultSchema(SCHEMA)
        .createSchemas(true);
  }

  @Test
  void shouldApplyAMigrationOfTheKitAfterThoseOfTheService() {
    assertThat(asConfigured().load().migrate().migrationsExecuted).isEqualTo(1);
    assertThat(
            sql.query(
                "select to_regclass('%s.trace_context')::text".formatted(SCHEMA),
                row -> row.getString(1)))
        .containsExactly(SCHEMA + ".trace_context");
  }

  /** Why the setting is there. */
  @Test
  void shouldBeRefusedByFlywaysDefault() {
    Flyway inOrder = asConfigured().outOfOrder(false).load();

    assertThatThrownBy(inOrder::migrate)
        .isInstanceOf(FlywayValidateException.class)
        .hasMessageContaining("Detected resolved migration not applied to database: 6");
  }
}
