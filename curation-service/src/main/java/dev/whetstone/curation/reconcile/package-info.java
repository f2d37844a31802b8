/** The scheduled loop that carries out everything that is due. */
@NullMarked
package dev.whetstone.curation.reconcile;

import org.jspecify.annotations.NullMarked;
