/** Whether fine-tuning is the right tool for what goes wrong. Pure. */
@NullMarked
package dev.whetstone.curation.advice;

import org.jspecify.annotations.NullMarked;
