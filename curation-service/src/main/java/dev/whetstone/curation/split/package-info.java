/** Which part of the data a conversation belongs to. Pure. */
@NullMarked
package dev.whetstone.curation.split;

import org.jspecify.annotations.NullMarked;
