/** Ends what ended runs leave behind: objects, rows and the workers' folders. */
@NullMarked
package dev.whetstone.training.retention;

import org.jspecify.annotations.NullMarked;
