package dev.whetstone.eval.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.fixture.FakeModelServer;
import dev.whetstone.eval.fixture.LoopFixture;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lists are read in pages, each of which leads to the next. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ListPageTest {
  @Inject ObjectStore store;
  @Inject ChampionRepository champions;
  @Inject Clock clock;

  @Test
  void shouldLeadFromPageToPage() {
    try (FakeModelServer server = new FakeModelServer()) {
      LoopFixture scene = new LoopFixture("paged", store, server).declared();
      for (int i = 0; i < 4; i++) {
        QuarkusTransaction.requiringNew()
            .run(
                () -> {
                  Champion current = champions.current(scene.loop()).orElseThrow();
                  champions.replace(current.next(null, null, "base", null, clock.instant()));
                });
      }

      Response first = LoopFixture.api().get("/v1/loops/paged/champion/history?limit=3");
      first.then().statusCode(200).body("generation", equalTo(List.of(4, 3, 2)));
      String link = first.header("Link");
      assertThat(link).endsWith("rel=\"next\"");
      URI next = URI.create(link.substring(1, link.indexOf('>')));
      LoopFixture.api()
          .get(next.getPath() + "?" + next.getQuery())
          .then()
          .header("Link", nullValue())
          .body("generation", equalTo(List.of(1, 0)));
      for (String list : new String[] {"decisions", "checkpoints"}) {
        LoopFixture.api()
            .get("/v1/loops/paged/" + list)
            .then()
            .statusCode(200)
            .body("", hasSize(0));
      }
      LoopFixture.api()
          .get("/v1/loops/paged/decisions?limit=0")
          .then()
          .statusCode(400)
          .body("code", equalTo("invalid-limit"));
    }
  }
}
