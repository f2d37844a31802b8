package dev.whetstone.ingest.rest;

import dev.whetstone.contracts.envelope.EventAttributes;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** URLs of curation-service that answer the fate of an event or the state of an erasure. */
@ApplicationScoped
public class CurationLinks {
  private final String curation;

  public CurationLinks(@ConfigProperty(name = "whetstone.curation.url") String curation) {
    this.curation =
        curation.endsWith("/") ? curation.substring(0, curation.length() - 1) : curation;
  }

  String fate(EventAttributes attributes) {
    return curation
        + "/v1/loops/"
        + attributes.loop().loop()
        + "/fates/"
        + segment(attributes.source())
        + "/"
        + segment(attributes.id());
  }

  String erasure(String erasureId) {
    return curation + "/v1/erasures/" + segment(erasureId);
  }

  private static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
