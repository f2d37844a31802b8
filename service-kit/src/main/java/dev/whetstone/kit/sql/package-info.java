/** SQL statements with positional arguments, and the classification of database failures. */
@NullMarked
package dev.whetstone.kit.sql;

import org.jspecify.annotations.NullMarked;
