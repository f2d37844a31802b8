/** Topics, weak slices and sample weights. Pure. */
@NullMarked
package dev.whetstone.curation.balance;

import org.jspecify.annotations.NullMarked;
