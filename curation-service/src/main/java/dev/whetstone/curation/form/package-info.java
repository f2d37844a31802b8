/** Turns feedback into examples, resolves contradictory feedback and assigns splits. Pure. */
@NullMarked
package dev.whetstone.curation.form;

import org.jspecify.annotations.NullMarked;
