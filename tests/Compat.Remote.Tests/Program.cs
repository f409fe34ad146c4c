using Compat.Remote.Tests;

// The test runner loads this assembly and never comes here; a child process of the tests does.
return ChildProcess.RunIfChild() ? 0 : 1;
