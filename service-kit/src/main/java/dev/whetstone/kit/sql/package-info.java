/** Statements over many rows at once. */
@NullMarked
package dev.whetstone.kit.sql;

import org.jspecify.annotations.NullMarked;
