package dev.whetstone.kit.tenant;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Provides the limits that the operator has set. Without settings nothing may be named. */
public class TenantLimitsProvider {
  @Produces
  @DefaultBean
  @Singleton
  InputFolders inputFolders(
      Config config, @ConfigProperty(name = "whetstone.store.uri") Optional<URI> store) {
    return InputFolders.of(
        tenant -> folders(config, InputFolders.OF_TENANT + tenant),
        folders(config, InputFolders.SHARED),
        store
            .filter(uri -> "file".equalsIgnoreCase(uri.getScheme()))
            .map(uri -> Path.of(uri).toAbsolutePath().normalize())
            .orElse(null));
  }

  @Produces
  @DefaultBean
  @Singleton
  AllowedEndpoints allowedEndpoints(Config config) {
    List<String> allowed =
        config.getOptionalValues(AllowedEndpoints.ALLOW, String.class).orElse(List.of());
    List<Integer> ownPorts =
        config.getOptionalValues(AllowedEndpoints.OWN_PORTS, Integer.class).orElse(List.of());
    return AllowedEndpoints.of(allowed, Set.copyOf(ownPorts));
  }

  @Produces
  @DefaultBean
  @Singleton
  TenantLimits tenantLimits(InputFolders inputs, AllowedEndpoints endpoints) {
    return new TenantLimits(inputs, endpoints);
  }

  private static List<Path> folders(Config config, String setting) {
    return config.getOptionalValues(setting, Path.class).orElse(List.of());
  }
}
