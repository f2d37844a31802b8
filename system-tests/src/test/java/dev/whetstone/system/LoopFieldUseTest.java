package dev.whetstone.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.OneOf;
import dev.whetstone.contracts.loop.Unread;
import dev.whetstone.contracts.run.RunSpec;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every field of a loop file is read by a service, or refused when the file is read. */
class LoopFieldUseTest {
  /**
   * The fields that only the reader of loop files uses. The test share is what the train and
   * validation shares leave; the reader checks that the three add up to 1. Services read the engine
   * through {@link LoopSpec.Training#engineOrDefault}, the rule for reasoning through {@link
   * LoopSpec.Training#reasoningOrDefault}. What a server takes is read through the methods of
   * {@link LoopSpec.ServableLora} that fill in defaults.
   */
  private static final Set<String> READ_ON_DECLARATION =
      Set.of(
          "LoopSpec.apiVersion",
          "LoopSpec.kind",
          "Spec.profile",
          "Shares.test",
          "Training.engine",
          "Training.reasoning",
          "ServableLora.maxRank",
          "ServableLora.targetModules");

  @Test
  void shouldReadEveryFieldThatALoopFileAccepts() throws IOException {
    Set<String> read = fieldsThatServicesRead();
    read.addAll(READ_ON_DECLARATION);
    read.addAll(fieldsThatTheWorkerReceives());

    assertThat(fields(false))
        .as(
            "fields of LoopSpec that no service reads: use the field, or mark it @Unread with what"
                + " this version does instead")
        .isSubsetOf(read);
  }

  @Test
  void shouldAcceptEveryFieldThatAServiceReads() throws IOException {
    assertThat(fields(true))
        .as("fields of LoopSpec that a service reads: remove @Unread")
        .isNotEmpty()
        .doesNotContainAnyElementsOf(fieldsThatServicesRead());
  }

  private static Set<String> fieldsThatServicesRead() throws IOException {
    JavaClasses classes = new ClassFileImporter().importPaths(serviceClasses());
    assertThat(classes).as("compiled classes of the services").isNotEmpty();
    return classes.stream()
        .flatMap(
            type ->
                Stream.concat(
                    type.getMethodCallsFromSelf().stream(),
                    type.getMethodReferencesFromSelf().stream()))
        .filter(access -> isLoopSpec(access.getTargetOwner()))
        .filter(access -> !isCopy(access))
        .map(access -> access.getTargetOwner().getSimpleName() + "." + access.getTarget().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Path> serviceClasses() throws IOException {
    try (Stream<Path> modules = Files.list(WhetstoneUnderTest.PROJECT)) {
      return modules
          .filter(module -> module.getFileName().toString().endsWith("-service"))
          .map(module -> module.resolve("target/classes"))
          .filter(Files::isDirectory)
          .toList();
    }
  }

  private static boolean isLoopSpec(JavaClass type) {
    return type.getName().equals(LoopSpec.class.getName())
        || type.getName().startsWith(LoopSpec.class.getName() + "$");
  }

  /** A method that makes a record from another of its type copies the fields. */
  private static boolean isCopy(JavaAccess<? extends CodeUnitAccessTarget> access) {
    return access.getOrigin().getConstructorCallsFromSelf().stream()
        .anyMatch(call -> call.getTargetOwner().equals(access.getTargetOwner()));
  }

  /** Records that the run's spec contains as a whole; the worker reads their fields. */
  private static Set<String> fieldsThatTheWorkerReceives() {
    return Arrays.stream(RunSpec.class.getRecordComponents())
        .map(component -> component.getType())
        .filter(type -> type.getEnclosingClass() == LoopSpec.class)
        .flatMap(type -> instanceFields(type).map(LoopFieldUseTest::name))
        .collect(Collectors.toSet());
  }

  private static Set<String> fields(boolean unread) {
    return records(LoopSpec.class)
        .flatMap(LoopFieldUseTest::instanceFields)
        .filter(field -> field.isAnnotationPresent(Unread.class) == unread)
        .filter(field -> !hasOneValue(field))
        .map(LoopFieldUseTest::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<Class<?>> records(Class<?> type) {
    Stream<Class<?>> nested =
        Arrays.stream(type.getDeclaredClasses())
            .filter(inner -> inner.isRecord())
            .flatMap(LoopFieldUseTest::records);
    return Stream.concat(Stream.of(type), nested);
  }

  private static Stream<Field> instanceFields(Class<?> type) {
    return Arrays.stream(type.getDeclaredFields())
        .filter(field -> !Modifier.isStatic(field.getModifiers()));
  }

  /**
   * A field with a single accepted value switches nothing on, so that services need not read it.
   */
  private static boolean hasOneValue(Field field) {
    OneOf accepted = field.getAnnotation(OneOf.class);
    return accepted != null && accepted.value().length == 1;
  }

  /** Consent's field has another name in JSON, but accessors are named like the component. */
  private static String name(Field field) {
    return field.getDeclaringClass().getSimpleName() + "." + field.getName();
  }
}
