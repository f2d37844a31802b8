package dev.whetstone.contracts;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.whetstone.contracts",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ContractsArchitectureTest {
  @ArchTest
  static final ArchRule shouldKnowNoFramework =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "com.fasterxml.jackson.annotation..",
              "org.jspecify.annotations..",
              "dev.whetstone.contracts..")
          .because(
              "everyone compiles against the contracts: move what needs a library to service-kit,"
                  + " and keep records, enums and their checks here");
}
