<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: LGPL-2.1-or-later
     What an integrator would write to take a request for stored data out of HI-1: one line of
     JSON a message, with the fields that comity gives. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:h="http://uri.etsi.org/03120/common/2019/10/Core"
    xmlns:c="http://uri.etsi.org/03120/common/2016/02/Common"
    xmlns:t="http://uri.etsi.org/03120/common/2020/09/Task"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <xsl:output method="text" encoding="UTF-8"/>
  <xsl:template name="escaped">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="contains($text, '\')">
        <xsl:call-template name="quotes">
          <xsl:with-param name="text" select="substring-before($text, '\')"/>
        </xsl:call-template>
        <xsl:text>\\</xsl:text>
        <xsl:call-template name="escaped">
          <xsl:with-param name="text" select="substring-after($text, '\')"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="quotes">
          <xsl:with-param name="text" select="$text"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template name="quotes">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="contains($text, '&quot;')">
        <xsl:value-of select="substring-before($text, '&quot;')"/>
        <xsl:text>\"</xsl:text>
        <xsl:call-template name="quotes">
          <xsl:with-param name="text" select="substring-after($text, '&quot;')"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template name="member">
    <xsl:param name="name"/>
    <xsl:param name="text"/>
    <xsl:text>"</xsl:text><xsl:value-of select="$name"/><xsl:text>":"</xsl:text>
    <xsl:call-template name="escaped"><xsl:with-param name="text" select="$text"/></xsl:call-template>
    <xsl:text>"</xsl:text>
  </xsl:template>
  <xsl:template match="/">
    <xsl:text>{"schema":"urn:comity:convention:1","kind":"stored-access","requesting":{</xsl:text>
    <xsl:call-template name="member">
      <xsl:with-param name="name">state</xsl:with-param>
      <xsl:with-param name="text" select="h:HI1Message/h:Header/h:SenderIdentifier/h:CountryCode"/>
    </xsl:call-template>
    <xsl:text>,"authority":{"identifiers":[{"scheme":"HI1",</xsl:text>
    <xsl:call-template name="member">
      <xsl:with-param name="name">value</xsl:with-param>
      <xsl:with-param name="text"
          select="h:HI1Message/h:Header/h:SenderIdentifier/h:UniqueIdentifier"/>
    </xsl:call-template>
    <xsl:text>}]}},"material":[</xsl:text>
    <xsl:for-each select="h:HI1Message/h:Payload/h:RequestPayload/h:ActionRequests/h:ActionRequest/h:CREATE/h:HI1Object[@xsi:type='task:LDTaskObject']/t:RequestDetails">
      <xsl:if test="position() &gt; 1">,</xsl:if>
      <xsl:text>{"category":"</xsl:text>
      <xsl:choose>
        <xsl:when test="t:Type/c:Value = 'SubscriberData'">subscriber</xsl:when>
        <xsl:when test="t:Type/c:Value = 'StoredContentData'">stored</xsl:when>
        <xsl:otherwise><xsl:value-of select="t:Type/c:Value"/></xsl:otherwise>
      </xsl:choose>
      <xsl:text>","accounts":[</xsl:text>
      <xsl:for-each select="t:RequestValues/t:RequestValue">
        <xsl:if test="position() &gt; 1">,</xsl:if>
        <xsl:text>{</xsl:text>
        <xsl:call-template name="member">
          <xsl:with-param name="name">type</xsl:with-param>
          <xsl:with-param name="text" select="t:FormatType/t:FormatName"/>
        </xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="member">
          <xsl:with-param name="name">value</xsl:with-param>
          <xsl:with-param name="text" select="t:Value"/>
        </xsl:call-template>
        <xsl:text>}</xsl:text>
      </xsl:for-each>
      <xsl:text>]</xsl:text>
      <xsl:if test="t:StartTime">
        <xsl:text>,"period":{</xsl:text>
        <xsl:call-template name="member">
          <xsl:with-param name="name">from</xsl:with-param>
          <xsl:with-param name="text" select="t:StartTime"/>
        </xsl:call-template>
        <xsl:text>,</xsl:text>
        <xsl:call-template name="member">
          <xsl:with-param name="name">to</xsl:with-param>
          <xsl:with-param name="text" select="t:EndTime"/>
        </xsl:call-template>
        <xsl:text>}</xsl:text>
      </xsl:if>
      <xsl:text>}</xsl:text>
    </xsl:for-each>
    <xsl:text>]}&#10;</xsl:text>
  </xsl:template>
</xsl:stylesheet>
