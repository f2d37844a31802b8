/** Items that evaluation asks a model about. */
@NullMarked
package dev.whetstone.contracts.suite;

import org.jspecify.annotations.NullMarked;
