/** Examples with the verdict on them, and the fates of events that follow from them. */
@NullMarked
package dev.whetstone.curation.example;

import org.jspecify.annotations.NullMarked;
