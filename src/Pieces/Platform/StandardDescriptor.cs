namespace Pieces.Platform;

/// <summary>The descriptors that every process starts with.</summary>
internal enum StandardDescriptor
{
    /// <summary>Stdin.</summary>
    Input = 0,

    /// <summary>Stdout.</summary>
    Output = 1,

    /// <summary>Stderr.</summary>
    Error = 2,
}
