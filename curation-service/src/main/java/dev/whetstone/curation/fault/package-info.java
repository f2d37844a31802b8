/** What can be said of a fault. */
@NullMarked
package dev.whetstone.curation.fault;

import org.jspecify.annotations.NullMarked;
