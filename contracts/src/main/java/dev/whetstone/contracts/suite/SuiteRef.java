package dev.whetstone.contracts.suite;

/** A suite as it was frozen: its name and the SHA-256 (hex) of its items. */
public record SuiteRef(String name, String sha256) {}
