package dev.whetstone.doctor.serving;

import dev.whetstone.doctor.report.CheckName;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckSubject;
import dev.whetstone.doctor.settings.ServiceSettings;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.lora.ServableLoraRule;
import dev.whetstone.kit.openai.ClientLimits;
import dev.whetstone.kit.openai.OpenAiClient;
import dev.whetstone.kit.openai.OpenAiException;
import dev.whetstone.kit.tenant.AllowedEndpoints;
import dev.whetstone.kit.tenant.ServingKeyResolver;
import dev.whetstone.kit.tenant.ServingKeyResolver.UnresolvedKeyException;
import dev.whetstone.kit.tenant.TenantLimitsProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Checks one model server as eval would use it, with the settings and keys that eval has. */
final class ModelServerCheck {
  private static final String FOLDER = "whetstone.eval.credentials-folder";
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  private final ServerUse use;
  private final ServiceSettings eval;
  private final Duration limit;

  ModelServerCheck(ServerUse use, ServiceSettings eval, Duration limit) {
    this.use = use;
    this.eval = eval;
    this.limit = limit.multipliedBy(8).dividedBy(10);
  }

  CheckSubject subject() {
    return subject(CheckName.MODEL_SERVER, "model server of " + use.users());
  }

  private CheckSubject subject(CheckName check, String thing) {
    return new CheckSubject(check, thing, use.url());
  }

  List<CheckResult> find() {
    AllowedEndpoints allowed = TenantLimitsProvider.endpoints(eval.config());
    Optional<String> refusal = allowed.refusal(use.url());
    if (refusal.isPresent()) {
      return List.of(
          subject()
              .fault(
                  "eval may not ask it: " + refusal.get(),
                  "add its host to WHETSTONE_ENDPOINTS_ALLOW, or correct spec.serving"));
    }
    ClientLimits limits = ClientLimits.within(limit);
    try (HttpClient http = limits.newHttpClient()) {
      var client = new OpenAiClient(http, URI.create(use.url()), key(), limits, allowed);
      return ask(client);
    } catch (UnresolvedKeyException e) {
      return List.of(
          subject(CheckName.SERVING_KEY, keyName()).fault(String.valueOf(e.getMessage())));
    }
  }

  private @Nullable String key() {
    return use.credentials() == null
        ? null
        : new ServingKeyResolver(eval.text(FOLDER).map(Path::of), FOLDER, eval::variable)
            .resolve(use.tenant(), use.credentials(), URI.create(use.url()));
  }

  private List<CheckResult> ask(OpenAiClient client) {
    Set<String> served;
    try {
      served = client.models();
    } catch (OpenAiException e) {
      return List.of(unusable(e));
    }
    List<CheckResult> results = new ArrayList<>();
    results.add(subject().ok("answers"));
    results.add(subject(CheckName.SERVING_KEY, keyName()).ok("accepted"));
    results.addAll(bases(served));
    if (use.takesAdapters()) {
      results.add(adapters(client));
      use.loops().forEach(loop -> results.addAll(rank(loop)));
    }
    results.add(version(client));
    results.add(
        subject(CheckName.CHAT_TEMPLATE, "chat template")
            .notChecked(
                "servers do not tell it; the worker compares rendered rows before a run trains"
                    + " (template-differs)"));
    return results;
  }

  private CheckResult unusable(OpenAiException e) {
    return switch (e.kind()) {
      case UNREACHABLE, TIMED_OUT ->
          subject()
              .fault(
                  "it does not answer: " + e.detail(),
                  "start the model server, or correct spec.serving of " + use.users());
      case STATUS ->
          e.status() == UNAUTHORIZED || e.status() == FORBIDDEN
              ? subject(CheckName.SERVING_KEY, keyName())
                  .fault(
                      "the server refuses it (%d)".formatted(e.status()),
                      use.credentials() == null
                          ? "name the server's key in spec.serving.credentialsRef"
                          : "put the server's key where the reference points")
              : subject()
                  .fault(
                      "GET /v1/models answered %d: %s".formatted(e.status(), e.detail()),
                      "name a server with OpenAI's API in spec.serving of " + use.users());
      case NOT_ALLOWED, BODY_TOO_LARGE, INVALID_REPLY, INTERRUPTED ->
          subject()
              .fault(
                  e.detail(), "name a server with OpenAI's API in spec.serving of " + use.users());
    };
  }

  private String keyName() {
    return use.credentials() == null ? "access without a key" : "key " + use.credentials();
  }

  private List<CheckResult> bases(Set<String> served) {
    Set<String> names = new TreeSet<>();
    use.loops().forEach(loop -> names.add(loop.spec().spec().serving().baseName()));
    return names.stream()
        .map(
            name -> {
              CheckSubject subject =
                  subject(CheckName.SERVED_BASE, "base model '%s'".formatted(name));
              return served.contains(name)
                  ? subject.ok("listed")
                  : subject.fault(
                      "the server lists %s".formatted(served.stream().limit(5).toList()),
                      "start it with --served-model-name %s, or correct spec.serving.baseName"
                          .formatted(name));
            })
        .toList();
  }

  private CheckResult adapters(OpenAiClient client) {
    CheckSubject subject = subject(CheckName.ADAPTER_ENDPOINTS, "adapter endpoints");
    try {
      return client.takesAdapters()
          ? subject.ok("enabled")
          : subject.fault(
              "the server has none",
              "start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True");
    } catch (OpenAiException e) {
      return subject.fault(
          "POST /v1/load_lora_adapter failed: " + e.detail(), "see the log of the model server");
    }
  }

  private List<CheckResult> rank(DeclaredLoop loop) {
    CheckSubject subject = subject(CheckName.ADAPTER_RANK, "adapters of " + loop.id());
    List<ServableLoraRule.Refusal> refusals = ServableLoraRule.check(loop.spec().spec());
    if (refusals.isEmpty()) {
      return List.of(
          subject.ok(
              "rank %d of at most %d, as declared; servers do not tell their --max-lora-rank"
                  .formatted(
                      loop.spec().spec().training().lora().r(),
                      loop.spec().spec().serving().loraOrDefault().maxRankOrDefault())));
    }
    return refusals.stream()
        .map(
            refusal ->
                subject.fault(
                    "%s is %s".formatted(refusal.pointer(), refusal.value()),
                    "set it to " + refusal.allowed()))
        .toList();
  }

  private CheckResult version(OpenAiClient client) {
    CheckSubject subject = subject(CheckName.SERVER_VERSION, "version of the server");
    Optional<String> version;
    try {
      version = client.version();
    } catch (OpenAiException e) {
      return subject.notChecked("GET /version failed: " + e.detail());
    }
    if (version.isEmpty()) {
      return subject.notChecked("the server does not tell it");
    }
    return TriedServers.limits(version.get())
        .map(
            limits ->
                subject.ok(
                    "%s, which was tried; known of it: %s (docs/serving.md)"
                        .formatted(version.get(), String.join("; ", limits))))
        .orElseGet(
            () ->
                subject.notChecked(
                    "%s was not tried with Whetstone, %s was; ./whetstone test vllm tries the one that it installs"
                        .formatted(version.get(), TriedServers.versions())));
  }
}
