package dev.whetstone.doctor.settings;

import dev.whetstone.kit.store.s3.S3Config;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The settings of one service, made of its own properties and the environment that it gets. */
public final class ServiceSettings {
  private static final String KAFKA = "kafka.";
  private static final int ENVIRONMENT = 300;
  private static final int PROPERTIES = 250;
  private static final int DEFAULTS = 100;

  private final ServiceName service;
  private final Map<String, String> environment;
  private final SmallRyeConfig config;

  private ServiceSettings(
      ServiceName service, Map<String, String> environment, SmallRyeConfig config) {
    this.service = service;
    this.environment = environment;
    this.config = config;
  }

  public static ServiceSettings of(ServiceName service, Map<String, String> environment) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withProfile("prod")
            .addDefaultInterceptors()
            .withMapping(S3Config.class)
            .withValidateUnknown(false)
            .withSources(new EnvConfigSource(environment, ENVIRONMENT))
            .withSources(source(service.id() + "/application.properties", PROPERTIES))
            .withSources(source("microprofile-config.properties", DEFAULTS))
            .withDefaultValue("java.io.tmpdir", System.getProperty("java.io.tmpdir"))
            .build();
    return new ServiceSettings(service, Map.copyOf(environment), config);
  }

  private static PropertiesConfigSource source(String name, int ordinal) {
    URL file = Objects.requireNonNull(ServiceSettings.class.getResource("/services/" + name), name);
    try {
      return new PropertiesConfigSource(file, ordinal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ServiceName service() {
    return service;
  }

  public SmallRyeConfig config() {
    return config;
  }

  public @Nullable String variable(String name) {
    return environment.get(name);
  }

  public Optional<String> text(String property) {
    return config.getOptionalValue(property, String.class).filter(text -> !text.isBlank());
  }

  public int number(String property) {
    return config.getValue(property, Integer.class);
  }

  public Duration duration(String property) {
    return config.getValue(property, Duration.class);
  }

  public S3Config s3() {
    return config.getConfigMapping(S3Config.class);
  }

  /** What every Kafka client of the service gets: the properties that begin with kafka. */
  public Map<String, Object> broker() {
    Map<String, Object> broker = new HashMap<>();
    for (String name : config.getPropertyNames()) {
      String property = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]", ".");
      if (property.startsWith(KAFKA)) {
        text(property).ifPresent(value -> broker.put(property.substring(KAFKA.length()), value));
      }
    }
    return broker;
  }
}
