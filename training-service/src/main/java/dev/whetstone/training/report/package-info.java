/** What workers report, and what they are told. */
@NullMarked
package dev.whetstone.training.report;

import org.jspecify.annotations.NullMarked;
