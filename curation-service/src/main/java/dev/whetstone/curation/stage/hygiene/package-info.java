/** Stages: consent, clean text, valid turns and token limits. Pure. */
@NullMarked
package dev.whetstone.curation.stage.hygiene;

import org.jspecify.annotations.NullMarked;
