#pragma once

/// Exchanges two paths in one step. Returns 0, or -1 with errno set (ENOSYS or EINVAL where the system or
/// the file system cannot).
int platform_exchange(const char *first, const char *second);

/// Keeps this process out of core dumps and from being read by other processes of the same user. Returns 0, or
/// -1 with errno set.
int platform_forbid_core_dumps(void);

/// Has the allocator keep the memory that is freed, up to 256 MiB, for what is allocated next; blocks from so many bytes
/// on, 32 MiB at most, are given back at once. Returns 0, or -1 where the C library has no such setting.
int platform_keep_freed_memory(int largest_block);
