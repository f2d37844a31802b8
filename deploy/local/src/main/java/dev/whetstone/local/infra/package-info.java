/** Kafka and PostgreSQL without containers: small, persistent, and safe to kill. */
@NullMarked
package dev.whetstone.local.infra;

import org.jspecify.annotations.NullMarked;
