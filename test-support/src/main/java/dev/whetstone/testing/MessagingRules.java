package dev.whetstone.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;

/** Rule 4 of architecture.md. */
final class MessagingRules {
  private static final String PRODUCERS =
      "org\\.apache\\.kafka\\.clients\\.producer\\.(Kafka)?Producer"
          + "|.*\\.reactive\\.messaging\\.(Mutiny)?Emitter";

  private static final String CONSUMERS =
      "org\\.apache\\.kafka\\.clients\\.consumer\\.(Kafka)?Consumer"
          + "|org\\.eclipse\\.microprofile\\.reactive\\.messaging\\.Incoming";

  private MessagingRules() {}

  static ArchRule onlyTheRelayProduces(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .and(DescribedPredicate.not(sender()))
        .should()
        .dependOnClassesThat(nameMatching(PRODUCERS))
        .allowEmptyShould(true)
        .because(
            "a record sent outside the transaction is lost or sent twice when it fails: call"
                + " Outbox.add(event) and let the relay send it. Only ingest, whose log is Kafka,"
                + " has a publisher");
  }

  static ArchRule onlyConsumersConsume(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .and(DescribedPredicate.not(receiver()))
        .should()
        .dependOnClassesThat(nameMatching(CONSUMERS))
        .allowEmptyShould(true)
        .because(
            "the topics that a service consumes must be easy to find: receive in a class named"
                + " …Consumer, which hands the records to Consumption");
  }

  private static DescribedPredicate<JavaClass> sender() {
    return resideInAPackage("dev.whetstone.kit.outbox..")
        .or(resideInAPackage("dev.whetstone.ingest.publish.."))
        .or(nameMatching("dev\\.whetstone\\.ingest\\..*Publisher(\\$.*)?"));
  }

  private static DescribedPredicate<? super JavaClass> receiver() {
    return nameMatching(".*Consumer(\\$.*)?");
  }
}
