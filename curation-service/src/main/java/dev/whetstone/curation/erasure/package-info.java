/** Removes a person or a conversation from everything curation keeps. */
@NullMarked
package dev.whetstone.curation.erasure;

import org.jspecify.annotations.NullMarked;
