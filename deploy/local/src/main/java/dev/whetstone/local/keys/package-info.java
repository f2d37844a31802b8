/** The mounted file of hashed API keys. */
@NullMarked
package dev.whetstone.local.keys;

import org.jspecify.annotations.NullMarked;
