/** Java client of Whetstone: REST calls, loop files and the API key file. */
@NullMarked
package dev.whetstone.client;

import org.jspecify.annotations.NullMarked;
