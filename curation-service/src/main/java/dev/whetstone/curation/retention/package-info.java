/** Ends rows whose time is over, in short transactions. */
@NullMarked
package dev.whetstone.curation.retention;

import org.jspecify.annotations.NullMarked;
