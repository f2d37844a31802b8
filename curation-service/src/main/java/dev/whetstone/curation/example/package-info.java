/** Examples, their rows and verdicts, and the events' fates that follow from them. */
@NullMarked
package dev.whetstone.curation.example;

import org.jspecify.annotations.NullMarked;
