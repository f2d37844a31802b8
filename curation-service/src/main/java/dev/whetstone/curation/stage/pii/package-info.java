/** Stage: finds and redacts personal data and secrets. Pure. */
@NullMarked
package dev.whetstone.curation.stage.pii;

import org.jspecify.annotations.NullMarked;
