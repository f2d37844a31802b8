/** The file of hashed API keys that the services read. */
@NullMarked
package dev.whetstone.client.keys;

import org.jspecify.annotations.NullMarked;
