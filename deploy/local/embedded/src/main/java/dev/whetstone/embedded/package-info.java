/** Kafka and PostgreSQL without containers: small, persistent and crash-safe. */
@NullMarked
package dev.whetstone.embedded;

import org.jspecify.annotations.NullMarked;
