/** When a loop has to be looked at again. */
@NullMarked
package dev.whetstone.curation.agenda;

import org.jspecify.annotations.NullMarked;
