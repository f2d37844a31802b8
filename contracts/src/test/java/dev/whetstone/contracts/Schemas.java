package dev.whetstone.contracts;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfig;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonModule;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.contracts.event.CheckpointReady;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.contracts.event.PromotionDecided;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.contracts.run.StatusReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Derives JSON Schemas (2020-12) from the records. A component is required unless it is
 * {@code @Nullable} or its record fills in what is absent. Unknown fields are allowed: a newer
 * sender may say more.
 */
final class Schemas {
  /** Components that their record's constructor fills in. */
  static final Map<Class<?>, Set<String>> FILLED_IN =
      Map.of(
          InteractionRecorded.class, Set.of("tags"),
          FeedbackGiven.class, Set.of("tags"),
          BatchTainted.class, Set.of("withdrawnExampleIds"),
          CheckpointReady.class, Set.of("hyperparameters", "metrics"),
          CheckpointManifest.class, Set.of("hyperparameters", "metrics"),
          PromotionDecided.class, Set.of("batchIds"),
          StatusReport.class, Set.of("history"),
          StatusReport.TrainerStatus.class, Set.of("metrics"));

  private static final SchemaGenerator GENERATOR = new SchemaGenerator(config());

  private Schemas() {}

  static JsonNode generate(Contract contract) {
    ObjectNode generated = GENERATOR.generateSchema(contract.type());
    ObjectNode schema = generated.objectNode();
    schema.set("$schema", generated.remove("$schema"));
    schema.put("$id", "urn:whetstone:schema:" + contract.name());
    schema.put("title", contract.name());
    schema.setAll(generated);
    return schema;
  }

  private static SchemaGeneratorConfig config() {
    var builder =
        new SchemaGeneratorConfigBuilder(
                ContractJson.MAPPER, SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
            .with(
                new JacksonModule(
                    JacksonOption.FLATTENED_ENUMS_FROM_JSONPROPERTY,
                    JacksonOption.RESPECT_JSONPROPERTY_ORDER))
            .with(Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
            .with(Option.SCHEMA_VERSION_INDICATOR);
    builder.forFields().withRequiredCheck(Schemas::required);
    // OpenAI's own answers say "content": null beside tool calls, so null means absent everywhere.
    builder.forFields().withNullableCheck(field -> !required(field));
    builder.forFields().withStringPatternResolver(Schemas::pattern);
    builder
        .forFields()
        .withInstanceAttributeOverride((node, field, context) -> FieldBounds.write(field, node));
    builder.forTypesInGeneral().withCustomDefinitionProvider(Schemas::scalar);
    return builder.build();
  }

  private static boolean required(FieldScope field) {
    if (field.isFakeContainerItemScope()) {
      return true;
    }
    Class<?> owner = field.getDeclaringType().getErasedType();
    if (FILLED_IN.getOrDefault(owner, Set.of()).contains(field.getDeclaredName())) {
      return false;
    }
    return !field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  private static @Nullable String pattern(FieldScope field) {
    if (field.getType().getErasedType() != String.class || field.isFakeContainerItemScope()) {
      return null;
    }
    if (field.getDeclaringType().getErasedType() == LoopSpec.Metadata.class) {
      return "^" + LoopId.NAME.pattern() + "$";
    }
    boolean digest = field.getDeclaredName().toLowerCase(java.util.Locale.ROOT).endsWith("sha256");
    return digest ? "^[0-9a-f]{64}$" : null;
  }

  /** Types that are one JSON string. */
  private static @Nullable CustomDefinition scalar(
      ResolvedType type, SchemaGenerationContext context) {
    ObjectNode string = context.getGeneratorConfig().createObjectNode().put("type", "string");
    if (type.getErasedType() == Instant.class) {
      return inline(string.put("format", "date-time"));
    }
    if (type.getErasedType() == Duration.class) {
      return inline(string.put("format", "duration"));
    }
    if (type.getErasedType() == EventKey.class) {
      return inline(string.put("pattern", "^[^/]+/[^/]+/[^/]+/.+$"));
    }
    return null;
  }

  private static CustomDefinition inline(ObjectNode definition) {
    return new CustomDefinition(
        definition,
        CustomDefinition.DefinitionType.INLINE,
        CustomDefinition.AttributeInclusion.YES);
  }
}
